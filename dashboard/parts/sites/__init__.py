"""Sites: what is known of each (looks), what is wrong and who acts next (faults), and the two pages made of it."""
