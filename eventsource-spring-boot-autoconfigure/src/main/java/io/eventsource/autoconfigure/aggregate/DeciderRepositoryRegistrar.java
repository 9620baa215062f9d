package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.aggregate.Decider;
import io.eventsource.aggregate.DeciderRepository;
import io.eventsource.event.EventRegistry;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;

/**
 * Registers a {@link DeciderRepository} bean for each {@link Decider} bean, injectable by the decider's own type arguments. A
 * repository bean of the application's own takes precedence.
 */
final class DeciderRepositoryRegistrar implements BeanDefinitionRegistryPostProcessor {

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry instanceof ConfigurableListableBeanFactory beanFactory) {
            for (String name : beanFactory.getBeanNamesForType(Decider.class, true, false)) {
                register(name, registry, beanFactory);
            }
        }
    }

    private static void register(
            String decider, BeanDefinitionRegistry registry, ConfigurableListableBeanFactory beanFactory) {
        ResolvableType declared =
                beanFactory.getMergedBeanDefinition(decider).getResolvableType().as(Decider.class);
        ResolvableType type = ResolvableType.forClassWithGenerics(DeciderRepository.class, declared.getGenerics());
        if (beanFactory.getBeanNamesForType(type, true, false).length > 0) {
            return;
        }
        RootBeanDefinition definition = new RootBeanDefinition(DeciderRepository.class);
        definition.setTargetType(type);
        definition.setFactoryMethodName("of");
        definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
        ConstructorArgumentValues arguments = definition.getConstructorArgumentValues();
        arguments.addIndexedArgumentValue(0, new RuntimeBeanReference(decider));
        arguments.addIndexedArgumentValue(1, new RuntimeBeanReference(EventStore.class));
        arguments.addIndexedArgumentValue(2, new RuntimeBeanReference(CommandRetries.class));
        arguments.addIndexedArgumentValue(3, new RuntimeBeanReference(Snapshots.class));
        arguments.addIndexedArgumentValue(4, new RuntimeBeanReference(EventRegistry.class));
        registry.registerBeanDefinition(decider + ".repository", definition);
    }
}
