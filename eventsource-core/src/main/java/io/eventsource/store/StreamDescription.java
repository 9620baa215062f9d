package io.eventsource.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a stream is, without its events.
 *
 * @param aggregateId the stream
 * @param aggregateType its type
 * @param tenantId the tenant that it belongs to, or null
 * @param version the version of its last event, also of one that the current transaction has appended and not yet inserted
 */
public record StreamDescription(UUID aggregateId, String aggregateType, @Nullable String tenantId, long version) {}
