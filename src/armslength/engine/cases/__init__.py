"""Cases as pure functions over their documents: where one stands, what is owed until when, and how grave it was."""
