package io.eventsource.autoconfigure.outbox;

import java.time.Duration;

/**
 * Something to do for the outbox now and then.
 *
 * @param description what it does, as the beginning of a sentence
 * @param interval how long after one time the next
 * @param work does it
 */
public record OutboxTask(String description, Duration interval, Runnable work) {}
