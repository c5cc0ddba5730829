"""Publishing against emulated networks on this machine."""
