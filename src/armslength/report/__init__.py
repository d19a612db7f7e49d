"""What replay writes for people and programs: the tables (`tables`), and the page to look at (`page`)."""
