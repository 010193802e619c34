"""OSC: a Session for Max, SuperCollider, Pure Data and whatever else speaks Open Sound Control."""
