"""What people keep and mend: own lenses and rules, judged flags, families, backups, the health of indexes."""
