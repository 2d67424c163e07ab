"""How this server is: disk, losses, computer, versions, and what went wrong lately."""
