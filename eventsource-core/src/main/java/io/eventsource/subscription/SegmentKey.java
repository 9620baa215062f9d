package io.eventsource.subscription;

/** Names a segment. */
record SegmentKey(String subscription, int segment) {

    @Override
    public String toString() {
        return segment == 0 ? subscription : subscription + "/" + segment;
    }
}
