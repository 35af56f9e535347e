"""Where schemes and dates are read: kinds of sources, and what a reading of one gives."""
