package io.eventsource.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The stream was not as the append demanded: somebody else appended first. Load again, decide again, append again.
 *
 * <p>Under READ COMMITTED the surrounding transaction is unharmed and may go on. Under REPEATABLE READ and SERIALIZABLE
 * PostgreSQL reports some of these as serialization failures, which abort the transaction: then the actual version is
 * unknown and the cause is the database's own exception. Those that only the end of the transaction reports arrive as
 * Spring's exception.
 */
public final class VersionConflictException extends AppendException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient ExpectedVersion expected;
    private final @Nullable Long actualVersion;

    VersionConflictException(StreamAppend append, long actualVersion) {
        super(
                append.aggregateType(),
                append.aggregateId(),
                "%s %s: expected %s, but it is at %s. Load it again and repeat the command."
                        .formatted(
                                append.aggregateType(),
                                append.aggregateId(),
                                append.expectedVersion(),
                                actualVersion == 0 ? "no stream" : "version " + actualVersion),
                null);
        this.expected = append.expectedVersion();
        this.actualVersion = actualVersion;
    }

    VersionConflictException(StreamAppend append, Throwable serializationFailure) {
        super(
                append.aggregateType(),
                append.aggregateId(),
                "%s %s: expected %s, but a concurrent transaction changed it. Repeat the whole transaction."
                        .formatted(append.aggregateType(), append.aggregateId(), append.expectedVersion()),
                serializationFailure);
        this.expected = append.expectedVersion();
        this.actualVersion = null;
    }

    /**
     * What the append demanded.
     *
     * @return the condition
     */
    public ExpectedVersion expected() {
        return expected;
    }

    /**
     * The stream's true version when the append was refused.
     *
     * @return the version, 0 when there is no stream, null when the database only said that the transaction cannot be
     *     serialized
     */
    public @Nullable Long actualVersion() {
        return actualVersion;
    }
}
