"""Files that come in and go out while the server runs: uploads, what they are, what is kept, and exports."""
