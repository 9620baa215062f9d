package io.eventsource.autoconfigure.web;

import io.eventsource.context.ActorResolver;
import io.eventsource.context.MetadataContext.MetadataThreadLocalAccessor;
import io.eventsource.context.TenantResolver;
import io.eventsource.event.EventMetadata;
import java.security.Principal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Puts the metadata of each request into Reactor's context. From there Reactor brings them to the threads that work for the request,
 * since its context propagation is automatic.
 */
final class ReactiveRequestMetadataFilter implements WebFilter, Ordered {

    /** Behind Spring Security's filter, which is at -100. */
    private static final int ORDER = -90;

    private final String correlationHeader;
    private final TenantResolver<ServerWebExchange> tenants;
    private final @Nullable ActorResolver<ServerWebExchange> actors;
    private final RequestValues values;

    /**
     * Creates the filter.
     *
     * @param actors null for the names of the requests' principals
     */
    ReactiveRequestMetadataFilter(
            String correlationHeader,
            TenantResolver<ServerWebExchange> tenants,
            @Nullable ActorResolver<ServerWebExchange> actors,
            RequestValues values) {
        this.correlationHeader = correlationHeader;
        this.tenants = tenants;
        this.actors = actors;
        this.values = values;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String correlation =
                values.correlation(exchange.getRequest().getHeaders().getFirst(correlationHeader));
        exchange.getResponse().getHeaders().set(correlationHeader, correlation);
        return actor(exchange).flatMap(actor -> {
            String tenant = tenants.resolveTenantId(exchange);
            if (!RequestValues.storable("tenant", tenant) || !RequestValues.storable("actor", actor.orElse(null))) {
                exchange.getResponse().setStatusCode(HttpStatus.BAD_REQUEST);
                return exchange.getResponse().setComplete();
            }
            EventMetadata metadata = EventMetadata.none()
                    .withCorrelationId(correlation)
                    .withTenantId(tenant)
                    .withActorId(actor.orElse(null));
            return chain.filter(exchange)
                    .contextWrite(context -> context.put(MetadataThreadLocalAccessor.KEY, metadata));
        });
    }

    private Mono<Optional<String>> actor(ServerWebExchange exchange) {
        ActorResolver<ServerWebExchange> own = actors;
        return own != null
                ? Mono.fromSupplier(() -> Optional.ofNullable(own.resolveActorId(exchange)))
                : exchange.getPrincipal()
                        .map(Principal::getName)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty());
    }
}
