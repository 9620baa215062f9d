package io.eventsource.autoconfigure.inbox;

import io.eventsource.autoconfigure.deadletter.ReplaySource;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this instance reads of other services.
 *
 * @param all one for each projection that has chosen a feed
 */
public record InboxFeeds(List<Fed> all) implements ReplaySource {

    /**
     * A projection and what reads for it.
     *
     * @param feed the name of its feed
     * @param autoStartup whether it is read from the start of the application on
     * @param consumer the projection
     * @param readers what reads, one for each topic or for all
     */
    public record Fed(String feed, boolean autoStartup, InboxConsumer consumer, List<InboxFeed> readers) {

        /**
         * Whether all of it is read.
         *
         * @return whether it is
         */
        public boolean running() {
            return readers.stream().allMatch(reader -> reader.status().running());
        }
    }

    @Override
    public List<DeadLetterReplay.Target> replayTargets() {
        return all.stream().map(each -> each.consumer().replayTarget()).toList();
    }

    @Override
    public Set<String> running() {
        return all.stream()
                .filter(Fed::running)
                .map(each -> each.consumer().name())
                .collect(Collectors.toSet());
    }
}
