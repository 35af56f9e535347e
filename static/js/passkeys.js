// A key that does not answer is told to the person, instead of being written to the console by allauth's script.
document.addEventListener('allauth.error', (event) => {
  const problem = document.getElementById('key-problem')
  if (!problem) return
  event.preventDefault()
  problem.hidden = false
})
