package io.eventsource.autoconfigure;

import java.util.List;

/**
 * The destinations of this application.
 *
 * @param names their names
 */
public record OutboxDestinations(List<String> names) {}
