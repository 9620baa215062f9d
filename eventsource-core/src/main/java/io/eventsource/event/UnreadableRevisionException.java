package io.eventsource.event;

import java.io.Serial;

/**
 * A stored event has a revision that neither its class has nor an upcaster begins at: a newer deployment wrote it, or an
 * upcaster is missing.
 */
public final class UnreadableRevisionException extends EventDecodingException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int revision;
    private final int readableRevision;

    UnreadableRevisionException(StoredEvent event, int readableRevision, String reason) {
        super(event, reason, null);
        this.revision = event.revision();
        this.readableRevision = readableRevision;
    }

    /**
     * The revision that is stored.
     *
     * @return the revision
     */
    public int revision() {
        return revision;
    }

    /**
     * The revision that the registered class has.
     *
     * @return the revision, or 0 when only upcasters know the type
     */
    public int readableRevision() {
        return readableRevision;
    }

    /**
     * Whether code newer than this application wrote the event.
     *
     * @return whether the stored revision is higher than the class's
     */
    public boolean fromNewerCode() {
        return readableRevision > 0 && revision > readableRevision;
    }
}
