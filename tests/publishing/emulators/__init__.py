"""Networks on loopback: each speaks its protocol, enforces its rules and logs what went out."""
