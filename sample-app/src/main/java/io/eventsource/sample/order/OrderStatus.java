package io.eventsource.sample.order;

/** Where an order stands. */
public enum OrderStatus {
    /** Lines may be added. */
    OPEN,
    /** On its way to the customer; nothing can change any more. */
    SHIPPED,
    /** Will never be shipped. */
    CANCELLED
}
