"""What embedding means, without transport and without a machine-learning framework."""
