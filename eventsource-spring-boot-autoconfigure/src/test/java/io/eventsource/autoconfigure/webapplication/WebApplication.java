package io.eventsource.autoconfigure.webapplication;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.context.MetadataContext;
import io.eventsource.context.TenantResolver;
import io.eventsource.event.EventMetadata;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** Believes whoever says who they are, and finds the tenant in a header. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableAsync
@Import(AccountApplication.class)
public class WebApplication {

    /** How many requests began on a thread on which another had left its metadata. */
    public record LeftBehind(AtomicInteger count) {}

    @Bean
    LeftBehind leftBehind() {
        return new LeftBehind(new AtomicInteger());
    }

    @Bean
    FilterRegistrationBean<Filter> lookForMetadataLeftBehind(LeftBehind leftBehind) {
        FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
            if (!MetadataContext.current().equals(EventMetadata.none())) {
                leftBehind.count().incrementAndGet();
            }
            chain.doFilter(request, response);
        });
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    TenantResolver<HttpServletRequest> tenants() {
        return request -> request.getHeader("X-Tenant");
    }

    @Bean
    AuthenticationManager credulous() {
        return given -> UsernamePasswordAuthenticationToken.authenticated(given.getName(), null, List.of());
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, AuthenticationManager credulous) throws Exception {
        return http.authenticationManager(credulous)
                .httpBasic(Customizer.withDefaults())
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }
}
