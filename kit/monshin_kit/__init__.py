"""What every Monshin service is built with."""
