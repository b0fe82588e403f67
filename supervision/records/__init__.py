"""What people bring to the watch: public reports, prices seen elsewhere, approvals and dishonesty lists."""
