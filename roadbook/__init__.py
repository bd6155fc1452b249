"""What the chapters of the ML Engineers Roadbook share."""
