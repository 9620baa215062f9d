package io.eventsource.autoconfigure.inbox;

import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** Makes what reads one broker. A bean of this type adds a transport for {@code eventsource.inbox.feeds.<name>.transport}. */
public interface FeedFactory {

    /**
     * The transport that the properties of a feed name.
     *
     * @return its name, such as {@code kafka}
     */
    String transport();

    /**
     * Makes what reads the topics of a feed for one projection. Called once for each projection when the application starts. Nothing is read
     * until {@link InboxFeed#start()}.
     *
     * @param feed the properties of the feed
     * @param group the name of this projection among all that read the topics
     * @param consumer the projection, which handles the messages
     * @param threads makes the threads in which messages are read
     * @return one for all topics, or one for each
     */
    List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads);
}
