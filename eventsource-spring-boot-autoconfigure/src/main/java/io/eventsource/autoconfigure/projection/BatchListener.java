package io.eventsource.autoconfigure.projection;

/** Told of the batches that subscriptions hand over. */
@FunctionalInterface
public interface BatchListener {

    /**
     * A batch is handed over.
     *
     * @param subscription whose
     * @param events how many events it has
     */
    void onBatch(String subscription, int events);
}
