package io.eventsource.store;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Turns page-wise reading into streams that hold one page at a time. */
final class Pages {

    private static final int STREAM_PAGE = 1_000;

    private Pages() {}

    static Stream<EventEnvelope<Object>> ofStream(
            StreamQuery query, Function<StreamQuery, List<EventEnvelope<Object>>> read) {
        if (query.direction() != Direction.FORWARD) {
            throw new IllegalArgumentException("A stream is read page by page oldest first only");
        }
        StreamQuery page = query.limit(Math.min(STREAM_PAGE, query.limit()));
        return Stream.iterate(
                        read.apply(page),
                        events -> !events.isEmpty(),
                        events -> events.size() < page.limit()
                                        || events.get(events.size() - 1).version() >= query.toVersion()
                                ? List.of()
                                : read.apply(
                                        page.from(events.get(events.size() - 1).version() + 1)))
                .flatMap(Collection::stream)
                .limit(query.limit());
    }

    static Stream<StoredEvent> ofLog(LogQuery query, long settledHead, Function<LogQuery, LogPage> read) {
        Iterator<LogPage> pages = new Iterator<>() {
            private long position = query.afterPosition();

            @Override
            public boolean hasNext() {
                return position < settledHead;
            }

            @Override
            public LogPage next() {
                LogPage page = read.apply(query.behind(position));
                // a page that gets nowhere means that the log has gone backwards: there is nothing more to read
                position = page.nextPosition() > position ? page.nextPosition() : settledHead;
                return page;
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED), false)
                .flatMap(page -> page.events().stream())
                .takeWhile(event -> event.position() <= settledHead);
    }
}
