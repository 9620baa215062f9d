package io.eventsource.store;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.log.PageBytes;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.StreamQuery.Direction;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Turns page-wise reading into streams that hold one page at a time. */
final class Pages {

    private static final int STREAM_PAGE = 1_000;

    private Pages() {}

    static Stream<EventEnvelope<Object>> ofStream(StreamQuery query, Function<StreamQuery, StreamSlice> read) {
        if (query.direction() != Direction.FORWARD) {
            throw new IllegalArgumentException("A stream is read page by page oldest first only");
        }
        Iterator<StreamSlice> slices = new Iterator<>() {
            private StreamQuery next = query.limit(Math.min(STREAM_PAGE, query.limit()))
                    .maxBytes(Math.min(PageBytes.byHeap(), query.maxBytes()));
            private int left = query.limit();

            @Override
            public boolean hasNext() {
                return left > 0;
            }

            @Override
            public StreamSlice next() {
                StreamSlice slice = read.apply(next);
                boolean more = (slice.truncated() || slice.storedEvents() == next.limit())
                        && slice.highestVersion() < query.toVersion();
                left = more ? left - slice.storedEvents() : 0;
                if (left > 0) {
                    next = next.from(slice.highestVersion() + 1).limit(Math.min(STREAM_PAGE, left));
                }
                return slice;
            }
        };
        return inOrder(slices).flatMap(slice -> slice.events().stream());
    }

    static Stream<StoredEvent> ofLog(LogQuery query, long highWaterMark, Function<LogQuery, LogPage> read) {
        Iterator<LogPage> pages = new Iterator<>() {
            private long position = query.afterPosition();

            @Override
            public boolean hasNext() {
                return position < highWaterMark;
            }

            @Override
            public LogPage next() {
                LogPage page = read.apply(query.behind(position));
                // a page that gets nowhere means that the log has gone backwards: there is nothing more to read
                position = page.nextPosition() > position ? page.nextPosition() : highWaterMark;
                return page;
            }
        };
        return inOrder(pages)
                .flatMap(page -> page.events().stream())
                .takeWhile(event -> event.position() <= highWaterMark);
    }

    private static <T> Stream<T> inOrder(Iterator<T> pages) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED), false);
    }
}
