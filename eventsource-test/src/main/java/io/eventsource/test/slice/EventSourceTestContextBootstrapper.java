package io.eventsource.test.slice;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Starts the contexts of {@link EventSourceTest}, with its properties. */
final class EventSourceTestContextBootstrapper extends TestSliceTestContextBootstrapper<EventSourceTest> {

    EventSourceTestContextBootstrapper() {}
}
