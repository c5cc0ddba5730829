"""The montage's reference job: 8 designed scenes, 60 s, 1080p30, motion, transitions, captions."""
