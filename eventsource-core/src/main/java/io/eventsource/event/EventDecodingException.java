package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored event cannot be turned into its class. The event itself is untouched. */
public class EventDecodingException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String eventType;
    private final UUID aggregateId;
    private final long version;
    private final long position;

    /**
     * Creates an exception about a stored event.
     *
     * @param event the event
     * @param reason what is wrong and how to mend it
     * @param cause what the decoder said, or none
     */
    public EventDecodingException(StoredEvent event, String reason, @Nullable Throwable cause) {
        super("Cannot decode event '%s' of %s: %s".formatted(event.eventType(), event.location(), reason), cause);
        this.eventType = event.eventType();
        this.aggregateId = event.aggregateId();
        this.version = event.version();
        this.position = event.position();
    }

    /**
     * The stored name of the event.
     *
     * @return the name
     */
    public final String eventType() {
        return eventType;
    }

    /**
     * The stream of the event.
     *
     * @return the aggregate's id
     */
    public final UUID aggregateId() {
        return aggregateId;
    }

    /**
     * The event's place in its stream.
     *
     * @return the version
     */
    public final long version() {
        return version;
    }

    /**
     * The event's place in the log.
     *
     * @return the position
     */
    public final long position() {
        return position;
    }

    /** A stored event bears a name that no registered class has. */
    public static final class UnknownEventTypeException extends EventDecodingException {

        @Serial
        private static final long serialVersionUID = 1L;

        UnknownEventTypeException(StoredEvent event, Set<String> known) {
            super(
                    event,
                    "no registered class has this name. Annotate one with @EventType(\"%s\") in a scanned package, or register it; if it is the former name of a class, make it one of that class's aliases. Known names: %s"
                            .formatted(event.eventType(), known),
                    null);
        }
    }

    /**
     * A stored event has a revision that neither its class has nor an upcaster begins at: a newer deployment wrote it, or an
     * upcaster is missing.
     */
    public static final class UnreadableRevisionException extends EventDecodingException {

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
}
