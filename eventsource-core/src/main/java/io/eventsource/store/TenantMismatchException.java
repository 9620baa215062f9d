package io.eventsource.store;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;

/**
 * Something was to be read for a tenant that belongs to another one, or to none. Tells nothing about it but that it exists, and
 * does not name the other tenant: the caller may belong to this one.
 */
public final class TenantMismatchException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final UUID requestedId;
    private final String tenantId;

    private TenantMismatchException(String what, UUID requestedId, String tenantId) {
        super("The %s %s does not belong to tenant '%s'. Read it for the tenant that owns it."
                .formatted(what, requestedId, tenantId));
        this.requestedId = requestedId;
        this.tenantId = tenantId;
    }

    static TenantMismatchException stream(UUID aggregateId, String tenantId) {
        return new TenantMismatchException("stream", aggregateId, tenantId);
    }

    static TenantMismatchException event(UUID eventId, String tenantId) {
        return new TenantMismatchException("event", eventId, tenantId);
    }

    /**
     * The id that was asked for, of a stream or of an event.
     *
     * @return the id
     */
    public UUID requestedId() {
        return requestedId;
    }

    /**
     * The tenant that it was asked for.
     *
     * @return the caller's tenant
     */
    public String tenantId() {
        return tenantId;
    }
}
