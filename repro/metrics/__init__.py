"""Numbers with a protocol in their name, and the records that hold them."""
