package io.eventsource.subscription;

/** Where the batches of a segment come from, how large they are, and what handles them. Used by one thread. */
record SegmentBatches(BatchSource source, BatchProcessor processor, BatchSize size) {}
