package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;

/** How tests of the rules for handlers ask them. */
abstract class HandlerRulesFixture {

    static void assertRefused(Object bean, String... told) {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .as(bean.getClass().getSimpleName())
                .isThrownBy(() -> MethodEventHandlers.of(bean, TestEvents.registry()))
                .withMessageContainingAll(told);
    }

    static void assertAccepted(Object bean) {
        assertThatCode(() -> MethodEventHandlers.of(bean, TestEvents.registry()))
                .as(bean.getClass().getSimpleName())
                .doesNotThrowAnyException();
    }

    @Projection("p")
    public static class Plain {
        @EventHandler
        public void on(Deposited deposited) {}

        public void other() {}
    }

    static Advisor named(String method, org.aopalliance.aop.Advice advice) {
        NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
        pointcut.setMappedName(method);
        return new DefaultPointcutAdvisor(pointcut, advice);
    }

    static Object proxied(Object bean, Advisor... advisors) {
        ProxyFactory factory = new ProxyFactory(bean);
        factory.setProxyTargetClass(true);
        factory.addAdvisors(advisors);
        return factory.getProxy();
    }
}
