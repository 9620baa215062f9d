package io.eventsource.autoconfigure.reactiveapplication;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.context.TenantResolver;
import java.time.Duration;
import java.util.UUID;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Finds the tenant in a header. */
@SpringBootApplication(proxyBeanMethods = false)
@Import(AccountApplication.class)
public class ReactiveApplication {

    @Bean
    TenantResolver<ServerWebExchange> tenants() {
        return exchange -> exchange.getRequest().getHeaders().getFirst("X-Tenant");
    }

    @Bean
    SecurityWebFilterChain security(ServerHttpSecurity http) {
        return http.httpBasic(Customizer.withDefaults())
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                .build();
    }

    /** Opens accounts in different ways. No way passes metadata on. */
    @RestController
    static class Deposits {

        private final AggregateRepository<Account> accounts;

        Deposits(AggregateRepository<Account> accounts) {
            this.accounts = accounts;
        }

        private UUID deposit() {
            Account account = accounts.create(UUID.randomUUID());
            account.deposit(1);
            accounts.save(account);
            return account.id();
        }

        @PostMapping("/direct")
        UUID direct() {
            return deposit();
        }

        @PostMapping("/scheduled")
        Mono<UUID> scheduled() {
            return Mono.fromCallable(this::deposit).subscribeOn(Schedulers.boundedElastic());
        }

        @PostMapping("/delayed")
        Mono<UUID> delayed() {
            return Mono.delay(Duration.ofMillis(10))
                    .publishOn(Schedulers.boundedElastic())
                    .map(tick -> deposit());
        }
    }
}
