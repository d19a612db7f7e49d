"""Rules about process, P01 to P06: what the parties owe each other when something happened. No I/O."""
