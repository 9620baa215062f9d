package io.eventsource.test.slice;

import io.eventsource.aggregate.Decider;
import io.eventsource.event.Upcaster;
import io.eventsource.payload.EventJsonCustomizer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.Projection;
import java.util.Set;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/** Leaves out all components but those that {@link EventSourceTest} is for. */
final class EventSourceTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<EventSourceTest> {

    private static final Set<Class<?>> INCLUDED =
            Set.of(Projection.class, EventHandlers.class, Decider.class, Upcaster.class, EventJsonCustomizer.class);

    EventSourceTypeExcludeFilter(Class<?> testClass) {
        super(testClass);
    }

    @Override
    protected Set<Class<?>> getKnownIncludes() {
        return INCLUDED;
    }
}
