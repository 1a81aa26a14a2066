"""What the pages of the data-protection desk show."""
