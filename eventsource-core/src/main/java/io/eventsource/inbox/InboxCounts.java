package io.eventsource.inbox;

/**
 * What a consumer has done with messages since it was made, in all its lanes.
 *
 * @param handled messages that took effect
 * @param passedOver messages that were known already, or of no interest
 * @param setAside messages that failed for good, or wait behind one that did
 */
public record InboxCounts(long handled, long passedOver, long setAside) {

    static final InboxCounts NONE = new InboxCounts(0, 0, 0);

    InboxCounts plus(InboxCounts more) {
        return new InboxCounts(handled + more.handled, passedOver + more.passedOver, setAside + more.setAside);
    }
}
