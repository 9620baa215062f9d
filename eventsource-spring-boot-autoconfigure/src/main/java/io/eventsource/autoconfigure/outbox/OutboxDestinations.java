package io.eventsource.autoconfigure.outbox;

import java.util.List;

/**
 * The destinations of this application.
 *
 * @param names their names
 */
public record OutboxDestinations(List<String> names) {}
