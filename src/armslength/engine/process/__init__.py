"""The rules about process, P01 to P06: whether reports, answers, evidence and meetings came as they were agreed.

They go by the stamps of cases, by sessions and by notices. Pure; one file for each rule, `registry` lists them.
"""
