package io.eventsource.subscription;

/** When the checkpoint of a subscription is written. */
public enum CheckpointStrategy {

    /** After each event; with exactly-once delivery each event is then a transaction of its own. */
    EVERY_EVENT,

    /** After each batch. */
    EVERY_BATCH,

    /**
     * When the checkpoint interval has passed since the last time, when there is nothing left to handle, and at a pause or stop. Only
     * for at-least-once delivery: with exactly-once delivery the checkpoint belongs into each batch.
     */
    PERIODIC
}
