"""Whether what is stored is whole and still needed: reachability, `gc`, `fsck`."""
