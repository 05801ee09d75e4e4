"""ESPHome on this computer: firmware checked, and a real meter without hardware."""
