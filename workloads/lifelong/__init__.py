"""What the shipped workloads share: networks that learn, forget one class and add another, on a chip."""
