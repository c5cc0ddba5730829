"""What the API costs: a thousand listeners, and requests a second beside an application that does
nothing."""
