"""What customers ask of our service: escalation, work orders, known answers."""
