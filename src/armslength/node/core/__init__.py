"""The whole flow of a live node, chained once and purely: inputs in, effects out. No file, clock, socket or chance."""
