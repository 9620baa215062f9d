package io.eventsource.deadletter;

/** What happens to later events of an aggregate while one of it is parked. */
public enum ParkingOrder {

    /** They are parked behind it, and handled in their order when it is. */
    BY_AGGREGATE,

    /** They are handled as if nothing had happened. Only for handlers for which order does not matter. */
    NONE
}
