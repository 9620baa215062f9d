package io.eventsource.store;

/**
 * What an append demands of its stream. The check and the append are one atomic step.
 *
 * <p>Under READ COMMITTED {@link #any()} never conflicts; the others do when the stream is not as demanded. Under stricter
 * isolation each of them may.
 */
public sealed interface ExpectedVersion {

    /**
     * No demand: the events go behind whatever is there.
     *
     * @return the condition
     */
    static ExpectedVersion any() {
        return AnyVersion.ANY;
    }

    /**
     * The stream must not exist.
     *
     * @return the condition
     */
    static ExpectedVersion noStream() {
        return new Exact(0);
    }

    /**
     * The stream must exist, at any version.
     *
     * @return the condition
     */
    static ExpectedVersion streamExists() {
        return AnyVersion.STREAM_EXISTS;
    }

    /**
     * The stream must be at exactly this version.
     *
     * @param version the version of the last event that the caller has seen; 0 is the same as {@link #noStream()}
     * @return the condition
     * @throws IllegalArgumentException when the version is negative
     */
    static ExpectedVersion exact(long version) {
        return new Exact(version);
    }

    /**
     * The condition as the database function takes it.
     *
     * @return the exact version, -1 for any, -2 for an existing stream
     */
    long code();

    /**
     * Whether an append that demands this is sure to be accepted right behind others that are accepted in the same step.
     *
     * @param first what the first of the others demands
     * @param events how many events the others have
     * @return whether it is sure; false where only the database can tell
     */
    boolean acceptedBehind(ExpectedVersion first, long events);

    /**
     * An exact version; 0 means that there is no stream.
     *
     * @param version the version
     */
    record Exact(long version) implements ExpectedVersion {

        /** Refuses a negative version. */
        public Exact {
            if (version < 0) {
                throw new IllegalArgumentException("An expected version must not be negative, but it is " + version);
            }
        }

        @Override
        public long code() {
            return version;
        }

        @Override
        public boolean acceptedBehind(ExpectedVersion first, long events) {
            return first instanceof Exact begin && version == begin.version + events;
        }

        @Override
        public String toString() {
            return version == 0 ? "no stream" : "version " + version;
        }
    }

    /** A condition without a number. */
    enum AnyVersion implements ExpectedVersion {
        /** No demand. */
        ANY(-1, "any version"),
        /** There must be at least one event. */
        STREAM_EXISTS(-2, "an existing stream");

        private final long code;
        private final String words;

        AnyVersion(long code, String words) {
            this.code = code;
            this.words = words;
        }

        @Override
        public long code() {
            return code;
        }

        @Override
        public boolean acceptedBehind(ExpectedVersion first, long events) {
            return true;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
