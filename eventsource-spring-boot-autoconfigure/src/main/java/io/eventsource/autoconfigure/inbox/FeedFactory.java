package io.eventsource.autoconfigure.inbox;

import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.autoconfigure.inbox.InboxProperties.Transport;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** Makes what reads one broker. */
public interface FeedFactory {

    /** Which broker. */
    Transport transport();

    /**
     * Makes what reads a feed's topics for a consumer; nothing is read yet.
     *
     * @param feed the topics
     * @param group this consumer's name among those that read them
     * @param consumer what handles the messages
     * @param threads makes threads
     * @return one for all topics, or one for each
     */
    List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads);
}
