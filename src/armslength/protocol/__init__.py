"""What two nodes say to each other. Bytes in, events out; no socket, clock or randomness."""
