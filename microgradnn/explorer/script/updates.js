// Stands in for what is generated from optim's rules.

const sgd = ({ momentum = 0, weight_decay = 0 }, size) => {
  let velocity = new Float64Array(size);
  return { steps: 0, update(theta, gradient, rate) {
    velocity = velocity.map((v, k) => momentum * v + gradient[k] + weight_decay * theta[k]);
    this.steps += 1;
    return theta.map((x, k) => x - rate * velocity[k]);
  } };
};

const adam = ({ betas: [first, second] = [0.9, 0.999], eps = 1e-8 }, size) => {
  let m = new Float64Array(size), v = new Float64Array(size), steps = 0;
  return { update(theta, gradient, rate) {
    steps += 1;
    m = m.map((x, k) => first * x + (1 - first) * gradient[k]);
    v = v.map((x, k) => second * x + (1 - second) * gradient[k] ** 2);
    return theta.map((x, k) => x - rate * (m[k] / (1 - first ** steps))
      / (Math.sqrt(v[k] / (1 - second ** steps)) + eps));
  } };
};

export const optimizers = { SGD: sgd, Adam: adam, AdamW: adam, RMSprop: adam };
export const rates = {};
