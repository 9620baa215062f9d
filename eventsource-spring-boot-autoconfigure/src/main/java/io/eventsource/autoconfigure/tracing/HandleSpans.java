package io.eventsource.autoconfigure.tracing;

import io.eventsource.event.EventEnvelope;
import io.eventsource.observation.EventSourceObservations.HandleContext;
import io.micrometer.observation.Observation;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Spans of calls of handlers, each with a link to the span of each append that its events come from. No child of those: an event
 * may be handled years later, and as often as a projection is rebuilt, and such a trace would neither end nor be sampled by
 * what happens today.
 */
final class HandleSpans implements TracingObservationHandler<HandleContext> {

    /** Of W3C Trace Context: version, trace id, id of the span, flags. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    private static final int SAMPLED = 1;
    private static final int HEXADECIMAL = 16;

    private final Tracer tracer;

    HandleSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof HandleContext;
    }

    @Override
    public Tracer getTracer() {
        return tracer;
    }

    @Override
    public void onStart(HandleContext context) {
        Span.Builder span = tracer.spanBuilder().kind(Span.Kind.CONSUMER);
        Span parent = getParentSpan(context);
        if (parent == null) {
            span.setNoParent();
        } else {
            span.setParent(parent.context());
        }
        context.events().stream()
                .map(HandleSpans::traceparent)
                .filter(Objects::nonNull)
                .distinct()
                .map(this::origin)
                .filter(Objects::nonNull)
                .forEach(origin -> span.addLink(new Link(origin)));
        getTracingContext(context).setSpan(span.start());
    }

    private static @Nullable String traceparent(EventEnvelope<Object> event) {
        return event.metadata().headers().get("traceparent");
    }

    /** What a header says, or null when somebody has put something else under its name. */
    private @Nullable TraceContext origin(String traceparent) {
        Matcher matcher = TRACEPARENT.matcher(traceparent);
        return matcher.matches()
                ? tracer.traceContextBuilder()
                        .traceId(matcher.group(1))
                        .spanId(matcher.group(2))
                        .sampled((Integer.parseInt(matcher.group(3), HEXADECIMAL) & SAMPLED) != 0)
                        .build()
                : null;
    }

    @Override
    public void onStop(HandleContext context) {
        Span span = getRequiredSpan(context);
        span.name(Objects.requireNonNullElse(context.getContextualName(), context.getName()));
        tagSpan(context, span);
        endSpan(context, span);
    }
}
