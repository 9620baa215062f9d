package io.eventsource.sample.order;

import io.eventsource.event.EventMetadata;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Hands controllers the metadata of the events that a request causes: the actor from {@code X-Actor-Id}, the correlation
 * id from {@code X-Correlation-Id} or a new one.
 */
final class EventMetadataArgumentResolver implements HandlerMethodArgumentResolver {

    private static final String ACTOR = "X-Actor-Id";
    private static final String CORRELATION = "X-Correlation-Id";

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == EventMetadata.class;
    }

    @Override
    public EventMetadata resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer mavContainer,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binderFactory) {
        String correlation = request.getHeader(CORRELATION);
        return EventMetadata.none()
                .withActorId(request.getHeader(ACTOR))
                .withCorrelationId(correlation == null ? UUID.randomUUID().toString() : correlation);
    }
}
